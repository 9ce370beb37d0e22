import { registry } from '../../core/registry.ts';
import { latency } from './latency.ts';
import { mlperf } from './mlperf.ts';
import { paper } from './paper.ts';
import type { Preset } from './preset.ts';
import { sarathi } from './sarathi.ts';

export const presets = registry<Preset>('preset', [...paper, ...latency, ...sarathi, ...mlperf]);
