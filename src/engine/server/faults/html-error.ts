import { z } from 'zod';
import { defineFault } from '../fault.ts';

const page = '<html>\r\n<head><title>Bad Gateway</title></head>\r\n<body><h1>Bad Gateway</h1></body>\r\n</html>\r\n';

export const htmlError = defineFault({
  kind: 'html-error',
  summary: 'refuses with an HTML page, as a proxy does',
  arguments: z.object({ status: z.coerce.number().int().min(400).max(599).default(502) }),
  effects: ({ status }) => ({
    answer: (exchange) => exchange.send(status, page, { 'content-type': 'text/html' }),
  }),
});
