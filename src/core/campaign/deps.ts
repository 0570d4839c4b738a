import type { Connection } from '../connection.js';
import type { LetterBrand } from '../letters/brand.js';
import type { LetterLanguage } from '../letters/language.js';
import type { Delivery, Directory } from '../ports.js';
import type { StartedStepUp } from '../step-up/step-up.js';
import type { StepUpDeps } from '../step-up/stored.js';

/** What an administrator decides for all campaigns. */
export interface CampaignSettings {
  /** Letters a minute, at most. */
  readonly perMinute: number;
  /** Days from its making until nothing of a campaign is kept any more. */
  readonly keptDays: number;
}

/** What campaigns work with. */
export interface CampaignDeps extends StepUpDeps {
  readonly delivery: Delivery;
  readonly campaigns: CampaignSettings;
  /** By connection. Made when first asked for. */
  readonly directories: ReadonlyMap<string, () => Promise<Directory>>;
  /** The address that opens the page for an invitation. */
  readonly linkOf: (started: StartedStepUp, language: LetterLanguage) => string;
  /** How letters of a connection look. */
  readonly brandOf: (connection: Connection) => Promise<LetterBrand>;
}
