import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const program = 'openssl';

/** A self-signed certificate for this machine's own addresses, good for a day or no longer. */
export function makeCertificate(names = 'DNS:localhost,IP:127.0.0.1,IP:::1', expired = false): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'metron-certificate-'));
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  try {
    const make = (...args: string[]) => execFileSync(program, args, { stdio: 'pipe' });
    make(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
      ...['-subj', '/CN=metron-test', '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert],
    );
    // Signed once more, since a new one may not be old.
    if (expired) make('x509', '-in', cert, '-signkey', key, '-days', '-1', '-out', cert);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
