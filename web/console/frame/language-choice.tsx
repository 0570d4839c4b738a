import type { Language } from '../../shared/languages.js';
import { Choice, languageOptions } from '../parts/form.js';
import { useLanguage, useWords } from './words.js';

export const LanguageChoice = ({ onLanguage }: { readonly onLanguage: (language: Language) => void }) => (
  <Choice
    name="language"
    label={useWords().language}
    initial={useLanguage()}
    options={languageOptions}
    onChoose={onLanguage}
  />
);
