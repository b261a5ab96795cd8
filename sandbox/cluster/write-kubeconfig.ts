import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface KubeconfigOptions {
  readonly file: string;
  readonly context: string;
  readonly server: string;
  /** Folder with kwokctl's ca.crt, admin.crt and admin.key. */
  readonly pki: string;
}

/** One file with everything inside, so that it can be copied; readable by its owner alone. */
export function writeKubeconfig({ file, context, server, pki }: KubeconfigOptions): void {
  const base64 = (name: string) => readFileSync(join(pki, name)).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: context, cluster: { server, 'certificate-authority-data': base64('ca.crt') } }],
    users: [
      {
        name: context,
        user: { 'client-certificate-data': base64('admin.crt'), 'client-key-data': base64('admin.key') },
      },
    ],
    contexts: [{ name: context, context: { cluster: context, user: context, namespace: 'dify' } }],
  };
  writeFileSync(file, stringify(kubeconfig, { lineWidth: 0 }), { mode: 0o600 });
}
