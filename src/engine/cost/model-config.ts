import { MetronError } from '../../core/errors.ts';
import type { ModelShape } from './models.ts';

/**
 * A model's shape from its Hugging Face `config.json`. Reads the text part of multimodal models.
 * Refuses what is not a decoder-only transformer with a gated feed-forward, naming what is missing.
 */
export function modelFromConfig(name: string, config: unknown): ModelShape {
  const fields = textPart(config);
  const missing: string[] = [];
  const required = (...keys: string[]): number => {
    const value = firstNumber(fields, keys);
    if (value === undefined) missing.push(keys[0] ?? '');
    return value ?? 0;
  };
  const optional = (...keys: string[]) => firstNumber(fields, keys);

  const layers = required('num_hidden_layers', 'n_layer');
  const hidden = required('hidden_size', 'n_embd');
  const queryHeads = required('num_attention_heads', 'n_head');
  const vocabulary = required('vocab_size');
  const experts = optional('num_local_experts', 'num_experts', 'n_routed_experts');
  const expertFfn = experts === undefined ? undefined : optional('moe_intermediate_size');
  const ffn = expertFfn ?? required('intermediate_size', 'n_inner');
  const active = experts === undefined ? undefined : required('num_experts_per_tok');
  if (missing.length > 0)
    throw new MetronError('BAD_MODEL_CONFIG', `config.json of ${name} lacks ${missing.join(', ')}`, {
      hint: 'expected the config.json of a decoder-only transformer',
    });

  return {
    kind: name,
    label: name,
    aliases: [],
    layers,
    hidden,
    queryHeads,
    kvHeads: optional('num_key_value_heads') ?? queryHeads,
    headSize: optional('head_dim') ?? hidden / queryHeads,
    ffn,
    vocabulary,
    context: optional('max_position_embeddings', 'n_positions') ?? 4096,
    ...(experts === undefined || active === undefined ? {} : { experts: { count: experts, active } }),
  };
}

function textPart(config: unknown): Record<string, unknown> {
  if (typeof config !== 'object' || config === null)
    throw new MetronError('BAD_MODEL_CONFIG', 'config.json is not an object');
  const fields = config as Record<string, unknown>;
  const text = fields.text_config;
  return typeof text === 'object' && text !== null ? (text as Record<string, unknown>) : fields;
}

function firstNumber(fields: Record<string, unknown>, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = fields[key];
    if (typeof value === 'number' && value > 0) return value;
  }
  return undefined;
}
