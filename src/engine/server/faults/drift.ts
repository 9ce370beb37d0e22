import { z } from 'zod';
import { toSeconds } from '../../../core/units.ts';
import { defineFault } from '../fault.ts';
import { stretch } from '../retime.ts';

export const drift = defineFault({
  kind: 'drift',
  summary: 'stretches gaps between tokens by this share more with each minute that the engine has run',
  arguments: z.object({ perMinute: z.coerce.number().min(0).max(100).default(0.1) }),
  effects: ({ perMinute }) => ({
    parts: (next, exchange) => {
      const factor = 1 + (perMinute * toSeconds(exchange.now())) / 60;
      return stretch(next, exchange, () => factor);
    },
  }),
});
