import type { Evidence, WebPages } from '../contracts/evidence.ts';

/** What a simulation takes for granted about web, in sentences. */
export function webAssumptions({ components }: Evidence, pages: WebPages | null): string[] {
  const isThere = components.web !== undefined;
  if (pages === null)
    return isThere ? [`web: no page traffic is known, so it idles here. ${howToState}`] : [];
  const stated = `${pages.pagesPerChat} pages a chat with ${pages.cpuMillisecondsPerPage} ms of CPU each (${pages.source})`;
  return [
    isThere
      ? `web: ${stated} were taken for granted, the load opens none. No objective counts their latency.`
      : `web: ${stated} are stated, but no Deployment of web was recorded: no page was simulated.`,
  ];
}

const howToState =
  'The load calls the Service API, which does not pass web. To simulate pages, state them under the target in tune.yaml: web: { pagesPerChat: 1.5, cpuMillisecondsPerPage: 40 }';
