import type { Target } from '../contracts/config.ts';
import type { WebPages } from '../contracts/evidence.ts';

/** Pages of web in the form of evidence.json. @returns null where none are stated */
export function statedPages(web: Target['web'], source: string): WebPages | null {
  return web === undefined ? null : { ...web, source };
}
