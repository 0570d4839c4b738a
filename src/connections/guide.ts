import type { Json } from '../errors.js';

export interface GuideSecret {
  /** Dotted path of the setting in the connection. */
  readonly setting: string;
  /** What it holds, and where the administrator finds it. */
  readonly text: string;
  /** True for a random secret of calls from the provider. */
  readonly isRandom: boolean;
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

/** Secret of calls from the provider, which is made here. */
export const hookSecret = (setting: string, text: string): GuideSecret => ({ setting, text, isRandom: true });
