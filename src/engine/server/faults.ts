import { type Registry, registry } from '../../core/registry.ts';
import type { Fault } from './fault.ts';
import { acceptThenClose } from './faults/accept-then-close.ts';
import { bom } from './faults/bom.ts';
import { buffered } from './faults/buffered.ts';
import { byteByByte } from './faults/byte-by-byte.ts';
import { closeAfterRequests } from './faults/close-after-requests.ts';
import { closeAfterResponse } from './faults/close-after-response.ts';
import { closeBeforeAnswer } from './faults/close-before-answer.ts';
import { closeDelimited } from './faults/close-delimited.ts';
import { coalesce } from './faults/coalesce.ts';
import { comments } from './faults/comments.ts';
import { connectionClose } from './faults/connection-close.ts';
import { contentFilter } from './faults/content-filter.ts';
import { contentLength } from './faults/content-length.ts';
import { continuousUsage } from './faults/continuous-usage.ts';
import { dataAfterDone } from './faults/data-after-done.ts';
import { dateStep } from './faults/date-step.ts';
import { delay } from './faults/delay.ts';
import { doubleFinish } from './faults/double-finish.ts';
import { drift } from './faults/drift.ts';
import { duplicateChunks } from './faults/duplicate-chunks.ts';
import { empty } from './faults/empty.ts';
import { emptyChoices } from './faults/empty-choices.ts';
import { emptyError } from './faults/empty-error.ts';
import { fin } from './faults/fin.ts';
import { finMidEvent } from './faults/fin-mid-event.ts';
import { finishWithContent } from './faults/finish-with-content.ts';
import { fullBacklog } from './faults/full-backlog.ts';
import { gzip } from './faults/gzip.ts';
import { halfCharacters } from './faults/half-characters.ts';
import { headersOnly } from './faults/headers-only.ts';
import { htmlError } from './faults/html-error.ts';
import { httpError } from './faults/http-error.ts';
import { http10 } from './faults/http10.ts';
import { hugeEvent } from './faults/huge-event.ts';
import { ignoreCancel } from './faults/ignore-cancel.ts';
import { ignoresMaxTokens } from './faults/ignores-max-tokens.ts';
import { inBandError } from './faults/in-band-error.ts';
import { interim } from './faults/interim.ts';
import { interleavedChoices } from './faults/interleaved-choices.ts';
import { invisibleTokens } from './faults/invisible-tokens.ts';
import { keepAliveDeltas } from './faults/keep-alive-deltas.ts';
import { lineEnds } from './faults/line-ends.ts';
import { malformedError } from './faults/malformed-error.ts';
import { malformedJson } from './faults/malformed-json.ts';
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
import { reEmit } from './faults/re-emit.ts';
import { reasoningFirst } from './faults/reasoning-first.ts';
import { reorderedChunks } from './faults/reordered-chunks.ts';
import { reset } from './faults/reset.ts';
import { shed } from './faults/shed.ts';
import { slowAccept } from './faults/slow-accept.ts';
import { slowBody } from './faults/slow-body.ts';
import { slowHeaders } from './faults/slow-headers.ts';
import { slowdown } from './faults/slowdown.ts';
import { splitEvent } from './faults/split-event.ts';
import { splitUtf8 } from './faults/split-utf8.ts';
import { sseFields } from './faults/sse-fields.ts';
import { stall } from './faults/stall.ts';
import { stopsEarly } from './faults/stops-early.ts';
import { throttle } from './faults/throttle.ts';
import { tokenizerMismatch } from './faults/tokenizer-mismatch.ts';
import { toolCall } from './faults/tool-call.ts';
import { trailers } from './faults/trailers.ts';
import { unknownFields } from './faults/unknown-fields.ts';
import { usageAsText } from './faults/usage-as-text.ts';
import { usageWithFinish } from './faults/usage-with-finish.ts';
import { wrongContentType } from './faults/wrong-content-type.ts';
import { wrongModel } from './faults/wrong-model.ts';
import { wrongUsage } from './faults/wrong-usage.ts';

/** Every fault the engine can be told to have. */
export const faults: Registry<Fault> = registry('fault', [
  acceptThenClose,
  bom,
  buffered,
  byteByByte,
  closeAfterRequests,
  closeAfterResponse,
  closeBeforeAnswer,
  closeDelimited,
  coalesce,
  comments,
  connectionClose,
  contentFilter,
  contentLength,
  continuousUsage,
  dataAfterDone,
  dateStep,
  delay,
  doubleFinish,
  drift,
  duplicateChunks,
  empty,
  emptyChoices,
  emptyError,
  fin,
  finMidEvent,
  finishWithContent,
  fullBacklog,
  gzip,
  halfCharacters,
  headersOnly,
  htmlError,
  httpError,
  http10,
  hugeEvent,
  ignoreCancel,
  ignoresMaxTokens,
  inBandError,
  interim,
  interleavedChoices,
  invisibleTokens,
  keepAliveDeltas,
  lineEnds,
  malformedError,
  malformedJson,
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
  reEmit,
  reasoningFirst,
  reorderedChunks,
  reset,
  shed,
  slowAccept,
  slowBody,
  slowHeaders,
  slowdown,
  splitEvent,
  splitUtf8,
  sseFields,
  stall,
  stopsEarly,
  throttle,
  tokenizerMismatch,
  toolCall,
  trailers,
  unknownFields,
  usageAsText,
  usageWithFinish,
  wrongContentType,
  wrongModel,
  wrongUsage,
]);
