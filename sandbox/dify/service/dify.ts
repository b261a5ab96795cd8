/** What all requests of the stand-in share, and what one request is. */
import type { World } from '../../worlds/world.ts';
import type { Faults } from '../model/faults.ts';
import type { Llm } from '../model/llm.ts';
import type { Place } from '../model/place.ts';
import type { Scheduler } from '../model/scheduler.ts';
import type { Broker } from '../queue/broker.ts';
import type { Exchange } from '../wire/exchange.ts';
import type { ActiveRequests } from './active-requests.ts';
import type { Conversations } from './conversations.ts';
import type { Datasets } from './datasets.ts';
import type { StopSignals } from './stop-signals.ts';

export interface Dify {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly llm: Llm;
  readonly broker: Broker;
  readonly activeRequests: ActiveRequests;
  readonly conversations: Conversations;
  readonly stopSignals: StopSignals;
  readonly datasets: Datasets;
}

export interface ServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** The parsed JSON body; undefined when there is none or it is no JSON. */
  readonly body: unknown;
}

/** A request in its slot. */
export interface Visit {
  readonly request: ServiceRequest;
  readonly exchange: Exchange;
  readonly place: Place;
  /** Frees the slot; what goes on afterwards goes on in the background. Calling it again does nothing. */
  readonly leave: () => void;
}
