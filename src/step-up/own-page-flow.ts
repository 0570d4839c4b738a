import { z } from 'zod';
import { epochMsGuard } from '../core/units.js';
import { defineFlow, type FlowingCheck } from './flow.js';

/* The person's own page, where they view, renew and end their enrolment. */

const guard = z.object({
  kind: z.literal('own_page'),
  /** Time of the face check that opened the page. `null` if a link or a sign-in did. */
  faceShownAt: epochMsGuard.nullable(),
  proof: z.literal(['invitation', 'sign_in']),
  /** False if the person may not enrol here, whatever the policy allows. */
  mayRenew: z.boolean(),
});

export type OwnPageFlow = z.output<typeof guard>;

export const ownPageFlow = defineFlow('own_page', guard, ({ faceShownAt, proof }) => ({
  proof,
  hasShownFormer: faceShownAt !== null,
}));

/** Returns the own page that a step-up started as, or `null` for another flow. */
export const ownPageOf = ({ flow }: Pick<FlowingCheck, 'flow'>): OwnPageFlow | null =>
  flow.kind === 'own_page' ? guard.parse(flow) : null;
