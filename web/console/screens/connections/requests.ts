import { z } from 'zod/mini';
import { get, post } from '../../frame/call.js';

export const modes = ['shadow', 'enforce'] as const;
export type Mode = (typeof modes)[number];

const unverified = z.enum(['deny', 'omit_claim']);
const connectionGuard = z.object({
  id: z.string(),
  kind: z.string(),
  mode: z.object({
    inForce: z.enum(modes),
    file: z.enum(modes),
    /** By hand, over what the file says. */
    switched: z.nullable(z.object({ by: z.string(), at: z.string() })),
  }),
  policy: z.object({
    accuracy: z.number(),
    scope: z.string(),
    liveness: z.enum(['off', 'passive', 'movement', 'challenge', 'light']),
    userSecret: z.enum(['none', 'pin', 'passkey']),
    whenNotEnrolled: z.enum(['refuse', 'enrol']),
    whenUnverified: unverified,
    whenUnavailable: unverified,
    freshnessSec: z.number(),
    enrolmentDays: z.nullable(z.number()),
  }),
});
export type Connection = z.infer<typeof connectionGuard>;
export const listConnections = get('/v1/connections', z.object({ connections: z.array(connectionGuard) }));

const of = (id: string, rest: string): string => `/v1/connections/${encodeURIComponent(id)}/${rest}`;
const done = z.object({});
/** What asks the provider about every user takes a while. */
const patient = { withinMs: 90_000 };

/** @param isSure - although nobody is enrolled */
export const switchMode = (id: string, mode: Mode, isSure: boolean) => ({
  ...post(of(id, 'mode'), done, { mode, isSure }),
  ...patient,
});

const refusedGuard = z.object({
  subjects: z.array(
    z.object({ subject: z.string(), count: z.number(), lastAt: z.string(), hooks: z.array(z.string()) }),
  ),
  cursor: z.nullable(z.string()),
  /** How many people on all pages. */
  total: z.number(),
  /** Calls about nobody in particular. */
  unnamed: z.array(z.object({ code: z.string(), count: z.number() })),
});
export type Refused = z.infer<typeof refusedGuard>;
export const listRefused = (id: string, days: number, cursor: string | null) =>
  post(of(id, 'refused'), refusedGuard, { days, limit: 50, cursor: cursor ?? undefined });

const lights = ['ok', 'warn', 'fail'] as const;
const mendGuard = z.object({ step: z.string(), pushSecrets: z.boolean() });
const findingGuard = z.object({
  title: z.string(),
  light: z.enum([...lights, 'by_hand', 'skipped']),
  found: z.string(),
  remedy: z.nullable(z.string()),
  cause: z.nullable(z.string()),
  /** What to apply to mend it; `null`: a person has to. */
  mend: z.nullable(mendGuard),
});
export type Finding = z.infer<typeof findingGuard>;
const examinationGuard = z.object({
  connection: z.string(),
  examinedAt: z.nullable(z.string()),
  light: z.nullable(z.enum(lights)),
  findings: z.array(findingGuard),
});
export type Examination = z.infer<typeof examinationGuard>;
const doctorGuard = z.object({
  doctor: z.object({ isUnderWay: z.boolean(), connections: z.array(examinationGuard) }),
});
export type DoctorReply = z.infer<typeof doctorGuard>;
export const readDoctor = get('/v1/doctor', doctorGuard);
/** @param connection - `undefined`: all of them */
export const examine = (connection?: string) => post('/v1/doctor', doctorGuard, { connection });

const stepStates = ['ready', 'missing', 'different', 'blocked', 'manual', 'failed'] as const;
const planGuard = z.object({
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      state: z.enum(stepStates),
      diff: z.array(z.object({ sign: z.enum(['+', '~']), text: z.string() })),
      words: z.array(z.string()),
    }),
  ),
  census: z.nullable(
    z.object({ users: z.number(), enrolled: z.number(), isComplete: z.boolean(), remedy: z.nullable(z.string()) }),
  ),
});
export type Plan = z.infer<typeof planGuard>;
export const planConnection = (id: string) => ({ ...post(of(id, 'plan'), planGuard), ...patient });

const runGuard = z.object({
  id: z.string(),
  by: z.string(),
  startedAt: z.string(),
  endedAt: z.nullable(z.string()),
  state: z.enum(['under_way', 'done', 'stopped', 'broken_off']),
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      progress: z.enum(['left', 'under_way', 'done', 'failed']),
      applied: z.boolean(),
      words: z.array(z.string()),
    }),
  ),
});
export type Run = z.infer<typeof runGuard>;
export const readRun = (id: string) => post(of(id, 'run'), z.object({ run: z.nullable(runGuard) }));
/** What to apply: all steps unless one is named. */
export interface Applied {
  readonly step?: string;
  readonly pushSecrets?: boolean;
}
export const applyConnection = (id: string, what: Applied, isSure: boolean) => ({
  ...post(of(id, 'apply'), z.object({ run: runGuard }), { ...what, isSure }),
  ...patient,
});

const secretGuard = z.object({
  setting: z.string(),
  previousSetting: z.string(),
  isPreviousTaken: z.boolean(),
  words: z.array(z.string()),
});
export const listSecrets = (id: string) => post(of(id, 'secrets'), z.object({ secrets: z.array(secretGuard) }));
