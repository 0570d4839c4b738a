import { z } from 'zod';
import { type AuditDetails, event, type FeatureEvents, instant } from '../core/audit-events.js';
import { helpDeskProofs } from '../core/enrolment-proof.js';
import { helpReasons } from '../core/page-protocol.js';

const keyUse = z.enum(['sealing', 'signing', 'oidc']);

const connectionMode = z.enum(['enforce', 'shadow']);

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const adminDetails = {
  vouching_begun: event(
    'An administrator, or a ticket system with `reference`, started a face check for a caller or, with `proof`, an enrolment that they vouch for.',
    {
      stepUpId: z.string(),
      send: z.enum(['none', 'email', 'sms']),
      by: z.string(),
      proof: z.enum(helpDeskProofs).optional(),
      /** Id of the ticket. Only a ticket system has one. */
      reference: z.string().optional(),
    },
  ),
  vouched: event('The administrator or the ticket system read the result of a caller’s face check.', {
    stepUpId: z.string(),
    outcome: z.enum(['passed', 'refused', 'failed', 'expired']),
    by: z.string(),
    reference: z.string().optional(),
    /** The caller read out a PIN of their own page. Absent for a check that the help desk started. */
    way: z.literal('pin').optional(),
  }),
  caller_pin_made: event('A person showed a PIN for the help desk on their own page.', { stepUpId: z.string() }),
  caller_pin_refused: event(
    'The help desk entered a PIN of a caller that was wrong, expired or used. `subject` is empty.',
    { by: z.string(), reference: z.string().optional() },
  ),
  help_asked: event('A person asked the help desk for help.', {
    id: z.string(),
    stepUpId: z.string(),
    reason: z.enum(helpReasons),
  }),
  help_taken: event('An administrator took over a help request.', { id: z.string(), by: z.string() }),
  help_settled: event('A help request was closed.', { id: z.string(), settlement: z.string(), by: z.string() }),
  console_signed_in: event(
    'An administrator signed in to the console. `subject` is the id at `issuer`; both are `null` for a key. `emergency`: with a key although administrators sign in at a provider.',
    {
      by: z.string(),
      role: z.string(),
      issuer: z.string().nullable(),
      subject: z.string().nullable(),
      emergency: z.boolean(),
    },
  ),
  console_sign_in_refused: event('The provider authenticated a person without a group that has a role.', {
    by: z.string(),
    issuer: z.string(),
    subject: z.string(),
  }),
  console_signed_out: event('An administrator signed out.', { by: z.string() }),
  brand_changed: event('The brand was changed. `null` is the default look.', {
    digest: z.string().nullable(),
    former: z.string().nullable(),
    by: z.string(),
  }),
  configuration_loaded: event(
    'The configuration was loaded, at a start or a reload. `changed` has the paths of changed settings. `by` is the administrator who reloaded it over the API.',
    {
      digest: z.string(),
      connections: z.int(),
      changed: z.array(z.string()).readonly(),
      version: z.string(),
      by: z.string().optional(),
    },
  ),
  policy_loaded: event(
    'The policy of a connection and its rules that a server has in force, at a start, a reload and after a switch of the mode. Secrets are left out.',
    { mode: connectionMode, policy: z.record(z.string(), z.json()) },
  ),
  connection_apply_begun: event('An administrator started to set up a connection at its provider.', {
    runId: z.string(),
    steps: z.array(z.string()).readonly(),
    pushSecrets: z.boolean(),
    by: z.string(),
  }),
  connection_apply_ended: event('The set-up of a connection ended. `applied` has the steps that changed something.', {
    runId: z.string(),
    state: z.enum(['done', 'stopped']),
    applied: z.array(z.string()).readonly(),
    by: z.string(),
  }),
  connection_mode_switched: event(
    'An administrator switched the mode of a connection. `file` is the mode in the configuration.',
    { mode: connectionMode, file: connectionMode, by: z.string() },
  ),
  connection_mode_settled: event('A manual switch of the mode ended, because the configuration has the same mode.', {
    mode: connectionMode,
  }),
  doctor_asked: event('An administrator checked connections.', {
    connections: z.array(z.string()).readonly(),
    by: z.string(),
  }),
  finding_accepted: event(
    'An administrator accepted a finding of the checks as a known limit. `until` is `null` if they ended that.',
    {
      title: z.string(),
      light: z.enum(['by_hand', 'warn', 'fail']),
      until: instant.nullable(),
      reason: z.string(),
      by: z.string(),
    },
  ),
  trail_verified: event('An administrator verified the audit trail. `through` is the last intact record.', {
    chain: z.string().nullable(),
    isSound: z.boolean(),
    through: z.int(),
    by: z.string(),
  }),
  key_rotated: event('An administrator rotated a key over the API.', { use: keyUse, name: z.string(), by: z.string() }),
  key_destroyed: event('An administrator destroyed a key over the API.', {
    use: keyUse,
    name: z.string(),
    by: z.string(),
  }),
} as const satisfies AuditDetails;

type AdminDetails = typeof adminDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends AdminDetails {}
}

export const adminEvents = {
  details: adminDetails,
  relaxed: [
    'caller_pin_made',
    'caller_pin_refused',
    'help_asked',
    'help_taken',
    'console_signed_out',
    'doctor_asked',
    'trail_verified',
  ],
  log: {
    vouching_begun: ({ stepUpId, by }) => ({ outcome: 'noted', stepUpId, by }),
    vouched: ({ stepUpId, outcome, by }) => ({ outcome: outcome === 'passed' ? 'passed' : 'refused', stepUpId, by }),
    help_asked: ({ stepUpId, reason }) => ({ outcome: 'noted', stepUpId, reasons: [reason] }),
    // Not at `key_retired`: a server whose keys are not all there, by mistake, records that too.
    key_destroyed: ({ use, name, by }) => ({
      outcome: 'noted',
      by,
      endsKeyVersion: use === 'sealing' ? Number(name) : null,
    }),
    help_settled: ({ by, settlement }) => ({ outcome: 'noted', by, reasons: [settlement] }),
  },
} as const satisfies FeatureEvents;
