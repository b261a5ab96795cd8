import { type Progress, plainProgress } from '../pipeline/progress.ts';

export function stderrProgress(): Progress {
  return plainProgress((text) => process.stderr.write(text));
}
