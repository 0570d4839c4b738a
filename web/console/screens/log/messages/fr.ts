import type { OwnWords } from './log-words.js';

export const fr: OwnWords = {
  heading: 'Journal des connexions',
  empty: 'Aucune entrée correspondante.',
  filters: {
    search: 'Rechercher',
    hint: 'Nom, nom d’utilisateur, ID, adresse réseau ou ID de requête',
    since: 'Du',
    until: 'Au',
  },
  columns: {
    time: 'Heure',
    person: 'Personne',
    application: 'Application',
    what: 'Événement',
    outcome: 'Résultat',
    why: 'Motif',
    network: 'Réseau',
    request: 'Requête',
  },
  follow: {
    start: 'Suivre en direct',
    pause: 'Suspendre',
    running: 'Les nouvelles entrées apparaissent en haut.',
  },
  csv: {
    save: 'Enregistrer en CSV',
    fetched: (lines) => `${lines} lignes…`,
  },
};
