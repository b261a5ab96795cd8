import { z } from 'zod';

/** The parts of a Dify release that scale by themselves. */
export const componentNames = ['api', 'worker', 'web'] as const;
export const componentNameSchema = z.enum(componentNames);
export type ComponentName = z.infer<typeof componentNameSchema>;

/** Classes of traffic that evidence and simulation tell apart. */
export const requestClasses = ['chat', 'workflow'] as const;
export const requestClassSchema = z.enum(requestClasses);
export type RequestClass = z.infer<typeof requestClassSchema>;

/** Classes of traffic that load is made of. Indexing is recorded and paid for, but not simulated. */
export const trafficClasses = [...requestClasses, 'indexing'] as const;
export const trafficClassSchema = z.enum(trafficClasses);
export type TrafficClass = z.infer<typeof trafficClassSchema>;
