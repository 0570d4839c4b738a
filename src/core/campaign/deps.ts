import type { Connection } from '../connection.js';
import type { LetterBrand } from '../letters/brand.js';
import type { LetterLanguage } from '../letters/language.js';
import type { Delivery, Directory } from '../ports.js';
import type { StartedStepUp } from '../step-up/step-up.js';
import type { StepUpDeps } from '../step-up/stored.js';

export interface CampaignSettings {
  readonly perMinute: number;
  readonly keptDays: number;
}

export interface CampaignDeps extends StepUpDeps {
  readonly delivery: Delivery;
  readonly campaigns: CampaignSettings;
  /** Functions that create the directory of a connection, by connection id. */
  readonly directories: ReadonlyMap<string, () => Promise<Directory>>;
  readonly linkOf: (started: StartedStepUp, language: LetterLanguage) => string;
  readonly brandOf: (connection: Connection) => Promise<LetterBrand>;
}
