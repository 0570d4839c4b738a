import type { OwnWords } from './log-words.js';

export const fr: OwnWords = {
  heading: 'Journal des connexions',
  empty: 'Rien de tel dans le journal.',
  filters: {
    search: 'Rechercher',
    hint: 'Le début d’un nom ou d’un nom de connexion, un identifiant, une adresse réseau ou l’identifiant d’une requête.',
    since: 'Du',
    until: 'Au',
  },
  columns: {
    time: 'Heure',
    person: 'Personne',
    application: 'Application',
    what: 'Ce qui s’est passé',
    outcome: 'Résultat',
    why: 'Pourquoi',
    network: 'Réseau',
    request: 'Requête',
  },
  follow: {
    start: 'Suivre en direct',
    pause: 'Suspendre',
    running: 'Les nouvelles lignes apparaissent en haut, quel que soit leur jour.',
  },
  csv: {
    save: 'Enregistrer en CSV',
    fetched: (lines) => `${lines} lignes…`,
  },
};
