import { findOnPath } from './find-on-path.ts';
import { isSameFile, readResolution } from './resolution.ts';
import { mayUse, type SetupContext } from './setup-context.ts';
import { type Tool, type ToolName, tools } from './tools.ts';

/** Tools that have to be looked for: not set up, or PATH offers something else than it did then. */
export function missingTools(context: Pick<SetupContext, 'env' | 'sources'>): ToolName[] {
  return (Object.keys(tools) as ToolName[]).filter((name) => {
    const resolution = readResolution(name, context.env);
    if (resolution === null) return true;
    const tool: Tool = tools[name];
    const looks = tool.onPath !== undefined && mayUse('path', name, context);
    const offer = looks ? findOnPath(tool.onPath.program, context.env) : null;
    return !isSameFile(resolution.offeredOnPath, offer);
  });
}
