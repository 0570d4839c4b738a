import { z } from 'zod';
import { photoCodes } from '../../errors.js';
import { tokenShape } from './facenition-token.js';

/* Guards of the response fields used here. Undocumented fields follow this project's own server (`/openapi.json`). */

const ok = z.literal(true);

/** A token that does not fit the profile attribute counts as malformed. */
export const generateReply = z.object({
  ok,
  token: z.string().regex(tokenShape),
  engine: z.string().min(1).max(64).default('facenition'),
});

export const authenticateReply = z.object({ ok, authenticated: z.boolean() });

export const scoreReply = z.object({
  ok,
  authenticated: z.boolean(),
  score: z.number().min(-1).max(1).nullish(),
  threshold: z.number().min(-1).max(1),
});

const comparisonFields = { score: z.number().min(-1).max(1), match: z.boolean() };

export const matchReply = z.object({ ok, ...comparisonFields });

const noComparison = z.object({ score: z.null(), match: z.literal(false), code: z.enum(photoCodes) });

export const matchBulkReply = z.object({ ok, results: z.array(z.union([z.object(comparisonFields), noComparison])) });

export const consistencyReply = z.object({
  ok,
  consistent: z.boolean(),
  outliers: z.array(z.int().min(0)),
  unusable: z.array(z.object({ index: z.int().min(0), code: z.enum(photoCodes) })).default([]),
});

const lengthPx = z.number().min(0);

export const detectReply = z.object({
  ok,
  widthPx: lengthPx,
  heightPx: lengthPx,
  faces: z.array(
    z.object({
      box: z.object({ x: z.number(), y: z.number(), width: lengthPx, height: lengthPx }),
      confidence: z.number().min(0).max(1),
    }),
  ),
});

export const screeningReply = z.object({
  ok,
  pass: z.boolean(),
  reasons: z.array(z.string()),
  measurements: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      unit: z.string(),
      atLeast: z.number().nullable(),
      atMost: z.number().nullable(),
      pass: z.boolean(),
    }),
  ),
});
