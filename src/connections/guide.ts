import type { Json } from '../errors.js';

/** Kinds of secrets that a connection needs. Each stands in an environment variable of its own. */
export const guideVariables = ['API_SECRET', 'HOOK_SECRET'] as const;

export interface GuideSecret {
  readonly variable: (typeof guideVariables)[number];
  /** Dotted path of the setting in the connection. */
  readonly setting: string;
  /** What it holds, and where the administrator finds or creates it. */
  readonly text: string;
}

export interface GuideField {
  /** Dotted path of the setting in the connection. */
  readonly setting: string;
  /** What it is, and where the administrator finds it. */
  readonly text: string;
  readonly example: string;
  /** A list has its values separated by commas or spaces. */
  readonly type: 'text' | 'number' | 'list';
  readonly isOptional: boolean;
}

/** What an administrator does, and states, to connect a provider. */
export interface ConnectionGuide {
  /** Name of the provider. */
  readonly name: string;
  /** What to create in the provider's console before, one action each, with its permissions. */
  readonly preparation: readonly string[];
  readonly fields: readonly GuideField[];
  readonly secrets: readonly GuideSecret[];
  /** Values that every connection of this guide has, by dotted path. */
  readonly fixed: Readonly<Record<string, Json>>;
}

const randomSecret = 'Create it with: openssl rand -base64 32';

/** Secret of calls from the provider, which the administrator makes up. */
export const hookSecret = (setting: string, text: string): GuideSecret => ({
  variable: 'HOOK_SECRET',
  setting,
  text: `${text}. ${randomSecret}`,
});
