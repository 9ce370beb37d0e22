import { type Registry, registry } from '../../core/registry.ts';
import type { Fault } from './fault.ts';
import { bom } from './faults/bom.ts';
import { buffered } from './faults/buffered.ts';
import { byteByByte } from './faults/byte-by-byte.ts';
import { closeAfterResponse } from './faults/close-after-response.ts';
import { closeBeforeAnswer } from './faults/close-before-answer.ts';
import { closeDelimited } from './faults/close-delimited.ts';
import { coalesce } from './faults/coalesce.ts';
import { comments } from './faults/comments.ts';
import { dataAfterDone } from './faults/data-after-done.ts';
import { empty } from './faults/empty.ts';
import { fin } from './faults/fin.ts';
import { finMidEvent } from './faults/fin-mid-event.ts';
import { headersOnly } from './faults/headers-only.ts';
import { htmlError } from './faults/html-error.ts';
import { httpError } from './faults/http-error.ts';
import { hugeEvent } from './faults/huge-event.ts';
import { inBandError } from './faults/in-band-error.ts';
import { keepAliveDeltas } from './faults/keep-alive-deltas.ts';
import { lineEnds } from './faults/line-ends.ts';
import { missingDone } from './faults/missing-done.ts';
import { missingFinish } from './faults/missing-finish.ts';
import { missingUsage } from './faults/missing-usage.ts';
import { multiLineData } from './faults/multi-line-data.ts';
import { multiToken } from './faults/multi-token.ts';
import { neverAnswer } from './faults/never-answer.ts';
import { noLastBlankLine } from './faults/no-last-blank-line.ts';
import { noStream } from './faults/no-stream.ts';
import { noTerminator } from './faults/no-terminator.ts';
import { preamble } from './faults/preamble.ts';
import { reasoningFirst } from './faults/reasoning-first.ts';
import { reset } from './faults/reset.ts';
import { slowHeaders } from './faults/slow-headers.ts';
import { splitEvent } from './faults/split-event.ts';
import { splitUtf8 } from './faults/split-utf8.ts';
import { sseFields } from './faults/sse-fields.ts';
import { stall } from './faults/stall.ts';
import { toolCall } from './faults/tool-call.ts';
import { wrongContentType } from './faults/wrong-content-type.ts';
import { wrongUsage } from './faults/wrong-usage.ts';

/** Every fault the engine can be told to have. */
export const faults: Registry<Fault> = registry('fault', [
  bom,
  buffered,
  byteByByte,
  closeAfterResponse,
  closeBeforeAnswer,
  closeDelimited,
  coalesce,
  comments,
  dataAfterDone,
  empty,
  finMidEvent,
  fin,
  headersOnly,
  htmlError,
  httpError,
  hugeEvent,
  inBandError,
  keepAliveDeltas,
  lineEnds,
  missingDone,
  missingFinish,
  missingUsage,
  multiLineData,
  multiToken,
  neverAnswer,
  noLastBlankLine,
  noStream,
  noTerminator,
  preamble,
  reasoningFirst,
  reset,
  slowHeaders,
  splitEvent,
  splitUtf8,
  sseFields,
  stall,
  toolCall,
  wrongContentType,
  wrongUsage,
]);
