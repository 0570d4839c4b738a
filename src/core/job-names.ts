/** Names of the background jobs, which docs/operations.md describes. */
export const jobNames = [
  'audit_heads',
  'campaign_letters',
  'campaign_plans',
  'connection_modes',
  'ledger_pruning',
  'recent_refusals',
  'secret_uses',
  'security_event_streams',
  'usage',
] as const;
export type JobName = (typeof jobNames)[number];
