import { z } from 'zod';

/** A length in tokens. Longer than any context window in use is a typing error. */
export const tokens = z.int().min(1).max(10_000_000);
