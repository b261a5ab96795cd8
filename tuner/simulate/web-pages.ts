import type { Evidence, WebPages } from '../contracts/evidence.ts';

/**
 * What a simulation takes for granted about web, in sentences.
 *
 * @param opened pages in the simulation; null where none could be
 */
export function webAssumptions(
  { components }: Evidence,
  pages: WebPages | null,
  opened: number | null,
): string[] {
  if (pages === null) {
    return components.web === undefined
      ? []
      : [`web: no page traffic is known, so it idles here. ${howToState}`];
  }
  const { pagesPerChat, cpuMillisecondsPerPage, source } = pages;
  const stated = `web: ${pagesPerChat} pages a chat with ${cpuMillisecondsPerPage} ms of CPU each (${source})`;
  if (components.web === undefined) {
    return [`${stated} are stated, but no Deployment of web was recorded: no page was simulated.`];
  }
  if (opened === 0) return [`${stated} are stated, but the demand has no chats: no page was opened.`];
  return [`${stated} were taken for granted, the load opens none. No objective counts their latency.`];
}

const howToState =
  'The load calls the Service API, which does not pass web. To simulate pages, state them under the target in tune.yaml: web: { pagesPerChat: 1.5, cpuMillisecondsPerPage: 40 }';
