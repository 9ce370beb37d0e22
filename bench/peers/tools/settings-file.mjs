// Tools of the Python registry that are told their work by a file and leave their results in another.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How such a tool is started: `program` in its environment, with the file's path as the last argument. */
export const startedBy =
  ({ program, args, settings, env = {} }) =>
  (context) => {
    // JSON, which is YAML as well.
    const path = join(context.folder, 'settings.yml');
    writeFileSync(path, JSON.stringify(settings(context)));
    return {
      command: join(context.place.bin, program),
      args: [...args, path],
      env: { HF_HUB_OFFLINE: '1', ...env },
    };
  };

/** Path of the file with this ending, wherever below its folder a tool put it. */
export function resultIn(folder, ending) {
  const file = readdirSync(folder, { recursive: true }).find((name) => name.endsWith(ending));
  if (file === undefined) throw new Error(`it wrote no ${ending}`);
  return join(folder, file);
}
