import type { Manifest } from '../core/manifest.ts';
import type { ReportManifest } from '../plots/report-input.ts';

/** What the report shows of a manifest. */
export function reportManifest(manifest: Manifest | undefined): ReportManifest {
  if (!manifest) return {};
  const { measureFrom_ns, measureTo_ns, scheduleHash, promptHash, seed } = manifest;
  const loadModel = manifest.disclosure.loadModel.value === 'closed loop' ? 'closed' : 'open';
  return {
    name: manifest.run.name,
    startedAt: manifest.startedAt,
    metronVersion: manifest.metron,
    ...(manifest.endedBy && { endedBy: manifest.endedBy }),
    phases: {
      ...(measureFrom_ns !== undefined && { measureFrom: measureFrom_ns }),
      ...(measureTo_ns !== undefined && { measureTo: measureTo_ns }),
    },
    loadModel,
    ...(manifest.certificate && { certificate: manifest.certificate }),
    disclosure: manifest.disclosure,
    ...(manifest.target.facts && { facts: manifest.target.facts }),
    identity: {
      seed,
      ...(manifest.simulated && { 'simulated engine': simulatedText(manifest.simulated) }),
      ...(manifest.run.repeat && { repetition: `${manifest.run.repeat.index} of ${manifest.run.repeat.of}` }),
      ...(scheduleHash && { 'schedule hash': scheduleHash }),
      ...(promptHash && { 'prompt hash': promptHash }),
      ...(manifest.tokenizer && { tokenizer: manifest.tokenizer }),
    },
  };
}

const simulatedText = ({ model, gpu, tensorParallel, scheduler }: Readonly<Record<string, unknown>>): string =>
  `${String(model)} on ${String(tensorParallel)} × ${String(gpu)}, ${String(scheduler)}`;
