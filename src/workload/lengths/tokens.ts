import { z } from 'zod';

/** Longer than any context window in use is a typing error. */
export const mostTokens = 10_000_000;

/** A length in tokens. */
export const tokens = z.int().min(1).max(mostTokens);
