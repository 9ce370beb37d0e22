import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { readJson } from './read-json.ts';
import { parseFields } from './request-fields.ts';
import type { Route } from './route.ts';

const loadBody = z.looseObject({ lora_name: z.string().min(1), lora_path: z.string().min(1) });
const unloadBody = z.looseObject({ lora_name: z.string().min(1) });

const plainText = { 'content-type': 'text/plain; charset=utf-8' };

/** Names of LoRA adapters come and go; what one costs is not simulated. */
export const adapterRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/load_lora_adapter',
    serve: async ({ adapters }, exchange) => {
      const { lora_name: name, lora_path: from } = parseFields(loadBody, await readJson(exchange.request));
      if (adapters.has(name)) throw new ApiError(400, `the adapter "${name}" is loaded already`, 'lora_name');
      adapters.set(name, from);
      exchange.send(200, `adapter ${name} loaded`, plainText);
    },
  },
  {
    method: 'POST',
    path: '/v1/unload_lora_adapter',
    serve: async ({ adapters }, exchange) => {
      const { lora_name: name } = parseFields(unloadBody, await readJson(exchange.request));
      if (!adapters.delete(name)) throw new ApiError(404, `no adapter "${name}" is loaded`, 'lora_name');
      exchange.send(200, `adapter ${name} unloaded`, plainText);
    },
  },
];
