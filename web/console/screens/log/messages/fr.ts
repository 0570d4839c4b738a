import type { LogWords } from './en.js';

export const fr: LogWords = {
  heading: 'Journal des connexions',
  empty: 'Aucune entrée ne correspond.',
  filters: {
    search: 'Rechercher',
    hint: 'Nom, identifiant de connexion, ID, adresse réseau ou ID de requête',
    event: 'Événement',
    since: 'Du',
    until: 'Au',
  },
  follow: {
    start: 'Suivre en direct',
    pause: 'Suspendre',
    running: 'Les nouvelles entrées apparaissent en haut.',
  },
};
