import type { Connection } from '../connection.js';
import type { LetterBrand } from '../letters/brand.js';
import type { LetterLanguage } from '../letters/language.js';
import type { Delivery, Directory } from '../ports.js';
import type { StartedStepUp } from '../step-up/step-up.js';
import type { StepUpDeps } from '../step-up/stored.js';

/** Settings for all campaigns. */
export interface CampaignSettings {
  /** Maximum e-mails per minute. */
  readonly perMinute: number;
  /** Retention of a campaign's data, in days from its creation. */
  readonly keptDays: number;
}

/** Dependencies of campaigns. */
export interface CampaignDeps extends StepUpDeps {
  readonly delivery: Delivery;
  readonly campaigns: CampaignSettings;
  /** By connection; created on first use. */
  readonly directories: ReadonlyMap<string, () => Promise<Directory>>;
  /** Returns the URL of the capture page for an invitation. */
  readonly linkOf: (started: StartedStepUp, language: LetterLanguage) => string;
  /** Returns the brand of a connection's e-mails. */
  readonly brandOf: (connection: Connection) => Promise<LetterBrand>;
}
