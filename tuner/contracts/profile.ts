import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { shapeSchema } from './shape.ts';

/** What load a run makes. Files are named relative to the file that the profile stands in. */

const mixSchema = z
  .strictObject({
    chat: z.number().min(0).default(0),
    workflow: z.number().min(0).default(0),
    indexing: z.number().min(0).default(0),
  })
  .refine(
    ({ chat, workflow, indexing }) => chat + workflow + indexing > 0,
    'at least one class needs a share above 0',
  );

const responseModeSchema = z.enum(['streaming', 'blocking']);

/** Users who do not wait for the end of an answer. */
const stopSchema = z.strictObject({
  /** Share of answers that are stopped, 0–1. */
  share: z.number().min(0).max(1),
  /** After how many tokens. */
  afterTokens: z.int().min(1).default(20),
  /** Close the connection; or do what Dify's own web app does, which also calls Dify's stop route. */
  by: z.enum(['hangUp', 'stopCall']).default('hangUp'),
});

const ofEveryClass = {
  /** In place of the profile's. */
  promptTokens: z.int().min(1).optional(),
  /** One prompt a line, taken in turn instead of generated ones. */
  promptFile: z.string().min(1).optional(),
  /** CSV with a header, or JSONL: one row for each iteration, in turn; `{column}` stands for its value in inputs. */
  dataFile: z.string().min(1).optional(),
};

const chatSchema = z.strictObject({
  ...ofEveryClass,
  responseMode: responseModeSchema.optional(),
  /** Messages of one conversation; an arrival is a conversation. */
  turns: z.int().min(1).default(1),
  /** Mean time between an answer and the next message. */
  thinkTime: durationSchema.prefault('10s'),
  stop: stopSchema.optional(),
});

const workflowSchema = z.strictObject({
  ...ofEveryClass,
  responseMode: responseModeSchema.optional(),
  stop: stopSchema.optional(),
});

const indexingSchema = z.strictObject({
  ...ofEveryClass,
  /** Time from one look at a document's indexing status to the next. */
  pollEvery: durationSchema.prefault('1s'),
  /** A document that is not indexed by then counts as timed out. */
  timeout: durationSchema.prefault('5m'),
});

const stageSchema = z.strictObject({
  duration: durationSchema,
  arrivalsPerSecond: z.number().min(0),
  /** Shares during this stage only: stages that change the mix tell the classes' costs apart. */
  mix: mixSchema.optional(),
});

export const profileSchema = z
  .strictObject({
    /** Share of arrivals of each class; shares are divided by their sum. */
    mix: mixSchema,
    responseMode: responseModeSchema.default('streaming'),
    /** Arrivals over time, by name; or, instead, the raw stages below. */
    shape: shapeSchema.optional(),
    /** Arrivals per second of all classes together when the load begins. */
    startArrivalsPerSecond: z.number().min(0).optional(),
    /** Linear from the rate before to the rate named; `0s` is a jump. */
    stages: z.array(stageSchema).min(1).optional(),
    /** Mean prompt length. */
    promptTokens: z.int().min(1).default(40),
    /** Mean of what `{answerTokens}` stands for in an app's promptSuffix: else the answer's length is its own affair. */
    answerTokens: z.int().min(1).default(100),
    chat: chatSchema.prefault({}),
    workflow: workflowSchema.prefault({}),
    indexing: indexingSchema.prefault({}),
    requestTimeout: durationSchema.prefault('120s'),
    /** How long the cluster is watched before the first and after the last arrival. */
    lead: durationSchema.prefault('10s'),
    tail: durationSchema.prefault('30s'),
    /**
     * random: as users come, who know nothing of each other (a Poisson process of the shape's rate); even: at equal
     * distances, under which nothing ever waits below full load. A replay has the moments of its trace.
     */
    arrivalSpacing: z.enum(['random', 'even']).default('random'),
    /** Of every draw: the same seed makes the same arrivals, prompts and lengths. */
    seed: z.int().default(1),
  })
  .superRefine(({ shape, stages, startArrivalsPerSecond }, context) => {
    const say = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (shape === undefined && stages === undefined) {
      say('shape', 'is missing: write a shape, or startArrivalsPerSecond and stages');
    } else if (shape === undefined && startArrivalsPerSecond === undefined) {
      say('startArrivalsPerSecond', 'is missing: stages begin at some rate');
    }
    if (shape !== undefined && stages !== undefined) {
      say('stages', 'stand beside shape; write one of the two');
    } else if (shape !== undefined && startArrivalsPerSecond !== undefined) {
      say('startArrivalsPerSecond', 'belongs to stages; the shape says where it begins');
    }
  });
export type Profile = z.infer<typeof profileSchema>;
export type Mix = z.infer<typeof mixSchema>;
export type ProfileStage = z.infer<typeof stageSchema>;
