import { catalogue } from '../cost/catalogue.ts';
import { disaggregated } from './disaggregated.ts';
import { fasterTransformer } from './faster-transformer.ts';
import { orca } from './orca.ts';
import { sarathi, sarathiChunkedOnly, sarathiHybridOnly } from './sarathi.ts';
import { vllmV0 } from './vllm-v0.ts';
import { vllmV1 } from './vllm-v1.ts';

export const schedulers = catalogue('scheduler', [
  vllmV1,
  vllmV0,
  sarathi,
  sarathiHybridOnly,
  sarathiChunkedOnly,
  orca,
  fasterTransformer,
  disaggregated,
]);
