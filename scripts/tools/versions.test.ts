import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fits } from './path-offer.ts';
import versions from './versions.json' with { type: 'json' };

const goMod = (folder: string) => readFileSync(join(import.meta.dirname, folder, 'go.mod'), 'utf8');
const versionIn = (text: string, module: string) =>
  new RegExp(`^\\s*(?:require )?${module.replaceAll('.', '\\.')} v(\\S+)`, 'm').exec(text)?.[1];

describe('versions.json', () => {
  const programs = goMod('programs');

  it.each([
    ['k8s.io/kubernetes', versions.kubernetes],
    ['go.etcd.io/etcd/server/v3', versions.etcd],
    ['sigs.k8s.io/kwok', versions.kwok],
    ['sigs.k8s.io/metrics-server', versions.metricsServer],
    ['helm.sh/helm/v4', versions.helm],
    ['github.com/alicebob/miniredis/v2', versions.miniredis],
  ])('names the version of %s that the build has', (module, version) => {
    expect(versionIn(programs, module)).toBe(version);
  });

  it('names the version of k6 that our extension is built into', () => {
    expect(versionIn(goMod('../../scenarios/extension'), 'go.k6.io/k6/v2')).toBe(versions.k6);
  });

  it('goes with staging modules of the same Kubernetes release', () => {
    const pins = [...programs.matchAll(/^\tk8s\.io\/\S+ => k8s\.io\/\S+ v(\S+)$/gm)].map(
      ([, version]) => version,
    );
    expect(pins.length).toBeGreaterThan(30);
    expect(new Set(pins)).toEqual(new Set([versions.kubernetes.replace(/^1\./, '0.')]));
  });

  it('accepts on PATH what it pins itself', () => {
    const { acceptedOnPath: accepted } = versions;
    for (const name of ['kubernetes', 'etcd', 'kwok', 'metricsServer', 'helm', 'go'] as const) {
      expect(fits(versions[name], accepted[name]), name).toBe(true);
    }
  });

  it('pins a Go that may build every module', () => {
    for (const folder of ['programs', '../../scenarios/extension']) {
      const needed = /^go (\S+)$/m.exec(goMod(folder))?.[1] ?? '';
      expect(fits(versions.go, { atLeast: needed, below: '2.0.0' }), folder).toBe(true);
      expect(fits(versions.acceptedOnPath.go.atLeast, { atLeast: needed, below: '2.0.0' }), folder).toBe(
        true,
      );
    }
  });
});
