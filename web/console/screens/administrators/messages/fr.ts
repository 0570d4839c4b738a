import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

export const fr: Translated<typeof en> = {
  heading: 'Administrateurs',
  intro:
    'Chacun a sa propre clé pour l’API, la ligne de commande et les urgences. Qui se connecte avec le compte de l’entreprise n’est pas dans la liste : les groupes décident.',
  none: 'Personne d’autre que le premier propriétaire.',
  columns: { name: 'Nom', role: 'Rôle', added: 'Ajouté', expires: 'Fin de la clé', actions: 'Actions' },
  always: 'Depuis le début',
  never: 'Jamais',
  stays: 'Ne peut pas être retiré',
  remove: {
    label: 'Retirer',
    title: (name) => `Retirer ${name} ?`,
    text: 'Sa clé est refusée dès maintenant, et les sessions ouvertes avec elle se terminent. Ce qui a été fait reste dans le journal d’audit.',
  },
  add: {
    heading: 'Ajouter un administrateur',
    name: 'Nom',
    nameHint: 'Figure dans le journal d’audit. Lettres, chiffres et . _ @ -',
    role: 'Rôle',
    roleHints: {
      owner: 'tout',
      operator: 'clés, effacement, aide aux personnes',
      auditor: 'lecture',
      'help-desk': 'aide aux personnes',
    },
    days: 'Jours jusqu’à la fin de la clé',
    daysHint: 'Laissez vide pour une clé valable jusqu’au retrait.',
    submit: 'Ajouter',
    keyOf: (name) => `Clé de ${name}`,
    once: 'Elle n’est montrée que cette fois. Remettez-la par une voie que personne d’autre ne lit.',
  },
};
