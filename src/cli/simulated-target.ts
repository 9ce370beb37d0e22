/** What stands for the server in a plan where virtual time needs none. */
export const simulatedTarget = (model = 'llama3-8b'): { url: string; model: string } => ({
  url: 'http://simulated.invalid/v1',
  model,
});
