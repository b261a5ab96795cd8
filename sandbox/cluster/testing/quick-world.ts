import { readFileSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { resolveWorldFile } from '../world-file.ts';

/** Writes a world in which pods start within 2 to 3 s, end within 5 s, and the worker scales on 3 waiting runs. */
export function writeQuickWorld(file: string): string {
  const world = parseDocument(readFileSync(resolveWorldFile('slots-and-queue-bound'), 'utf8'));
  world.set('name', 'quick');
  for (const component of ['api', 'worker']) {
    world.setIn(['cluster', component, 'startupSeconds'], { min: 2, max: 3 });
    world.setIn(['cluster', component, 'terminationGraceSeconds'], 5);
  }
  world.setIn(['cluster', 'worker', 'hpa', 'queueTargetPerReplica'], 3);
  writeFileSync(file, world.toString());
  return file;
}
