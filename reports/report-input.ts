import type { Advice } from '../tuner/contracts/advice.ts';
import type { Evidence } from '../tuner/contracts/evidence.ts';
import type { Overlay } from '../tuner/contracts/overlay.ts';
import type { Run } from '../tuner/contracts/run.ts';
import type { RunEvent } from '../tuner/contracts/run-event.ts';
import type { Validity } from '../tuner/contracts/validity.ts';
import type { Verdict } from '../tuner/contracts/verdict.ts';

/** A run folder as the report reads it. Null: that stage was not reached, or its file is not there. */
export interface ReportInput {
  readonly run: Run;
  readonly validity: Validity | null;
  readonly evidence: Evidence | null;
  readonly advice: Advice | null;
  readonly verdict: Verdict | null;
  /** Lines of events.ndjson, in the file's order. */
  readonly events: readonly RunEvent[];
  readonly overlay: Overlay | null;
  /** Texts in the overlay folder, path inside it. */
  readonly overlayFiles: readonly OverlayText[];
}

export interface OverlayText {
  readonly path: string;
  readonly text: string;
}
