import { offerOnPath } from './path-offer.ts';
import { choose, type Search } from './search.ts';
import { mayUse, type SetupContext } from './setup-context.ts';

/** Takes the program on PATH when its version fits. @returns whether it did */
export async function takePathOffer(search: Search, context: SetupContext): Promise<boolean> {
  if (search.tool.onPath === undefined || !mayUse('path', search.name, context)) return false;
  const { mark, version, why } = await offerOnPath(search.tool.onPath, context.env);
  search.offeredOnPath = mark;
  if (mark === null || version === null) {
    search.reasons.push(why);
    return false;
  }
  await choose(search, { file: mark.path, source: 'path', version }, context);
  context.progress.note(`${search.tool.name}: ${mark.path} (${version}) fits`);
  return true;
}
