import { expect, it } from 'vitest';
import { loadSettingsSchema } from './load-settings.ts';

function mistakes(settings: object): (string | undefined)[] {
  const { error } = loadSettingsSchema.safeParse(settings);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

it.each([
  {
    what: 'more than one runner on one machine',
    settings: { parallelism: 2 },
    mistake: 'parallelism: one machine is one runner; it needs `runner: job` or `runner: k6-operator`',
  },
  {
    what: 'an image for k6 on this machine',
    settings: { image: 'k6:1' },
    mistake: 'image: runner: local starts no pod; it needs `runner: job` or `runner: k6-operator`',
  },
  {
    what: 'pods without an image',
    settings: { runner: 'job' },
    mistake: "image: runner: job needs an image with tune's k6 (docs/runners.md)",
  },
  {
    what: 'a starter where k6-operator is not what starts them',
    settings: { runner: 'job', image: 'k6:1', starterImage: 'starter:1' },
    mistake: 'starterImage: runner: job has no starter; it needs `runner: k6-operator`',
  },
])('refuses $what', ({ settings, mistake }) => {
  expect(mistakes(settings)).toEqual([mistake]);
});

it('takes a starter of k6-operator, and by default k6 on this machine', () => {
  expect(mistakes({ runner: 'k6-operator', image: 'k6:1', starterImage: 'starter:1' })).toEqual([]);
  expect(loadSettingsSchema.parse({})).toMatchObject({ runner: 'local', parallelism: 1 });
});
