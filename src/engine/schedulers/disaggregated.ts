import type { Assembly, EngineParts, Station } from '../assembly.ts';
import type { BatchLoop } from '../loop/batch-loop.ts';
import type { LoopSink } from '../loop/loop-parts.ts';
import { DecodeOnly } from './decode-only.ts';
import type { SchedulerDefinition } from './definition.ts';
import { LeastLoadedRouter } from './least-loaded-router.ts';
import { PrefillOnly } from './prefill-only.ts';
import { TransferBridge } from './transfer-bridge.ts';

/**
 * Prefill engines and decode engines apart. A request is prefilled where the fewest prompt tokens
 * wait; its keys and values travel to a decode engine with room, where it decodes undisturbed.
 */
function assemble(parts: EngineParts): Assembly {
  const { prefillEngines, decodeEngines, firstTokenFrom } = parts.disaggregation;
  const decodeSink: LoopSink = {
    ...parts.sink,
    ended: (sequence, at) => {
      bridge.forget(sequence.id);
      parts.sink.ended(sequence, at);
    },
  };
  const decodes = range(decodeEngines).map((index) => {
    const scheduler = new DecodeOnly(parts.settings, parts.kvBytesPerToken * parts.blockSize);
    return parts.createLoop(`decode-${index}`, scheduler, { sink: decodeSink, pipelineDepth: 0 });
  });
  const bridge: TransferBridge = new TransferBridge(parts, decodes);

  const prefills: readonly BatchLoop[] = range(prefillEngines).map((index) => {
    const sink: LoopSink = {
      ...parts.sink,
      leaves: (sequence, at) => {
        router.done(sequence);
        if (sequence.outputTokens === 1) return false;
        if (firstTokenFrom === 'prefill') parts.sink.emitted(sequence, at, 1);
        bridge.push(sequence, loop, at);
        return true;
      },
    };
    const loop: BatchLoop = parts.createLoop(`prefill-${index}`, new PrefillOnly(parts.settings), { sink });
    return loop;
  });
  const router: LeastLoadedRouter = new LeastLoadedRouter(prefills, ({ promptTokens }) => promptTokens);

  const loops = [...prefills, ...decodes];
  return {
    stations: [router, ...prefills, bridge, ...decodes.map((loop) => freeing(loop, bridge))],
    loops,
    enqueue: (sequence, at) => router.enqueue(sequence, at),
    cancel: (sequence, at) => {
      router.cancel(sequence, at);
      bridge.cancel(sequence.id, at);
    },
    inTransit: () => bridge.inTransit,
  };
}

/**
 * After each step of a decode engine there may be room for another request. While one waits for room, steps are
 * taken one at a time: a run of them would pass the moment at which there was.
 */
const freeing = (loop: BatchLoop, bridge: TransferBridge): Station => ({
  nextAt: () => loop.nextAt(),
  step(to) {
    loop.step(bridge.isAwaited ? loop.nextAt() : to);
    bridge.accept(loop.now);
  },
});

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

export const disaggregated: SchedulerDefinition = {
  kind: 'disaggregated',
  aliases: ['pd', 'distserve'],
  summary: 'prefill and decode on engines of their own, keys and values sent between them',
  defaults: () => ({ maxBatchedTokens: 2048, maxSequences: 256, oneStage: true }),
  assemble,
};
