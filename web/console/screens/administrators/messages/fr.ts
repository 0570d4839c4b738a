import type { AdministratorsWords } from './en.js';

export const fr: AdministratorsWords = {
  heading: 'Administrateurs',
  intro:
    'Chacun possède une clé pour l’API, la ligne de commande et les urgences. Les utilisateurs qui se connectent avec un compte d’entreprise ne sont pas répertoriés : leurs groupes décident.',
  none: 'Uniquement le premier propriétaire.',
  columns: { name: 'Nom', role: 'Rôle', added: 'Ajouté', expires: 'Expiration de la clé', actions: 'Actions' },
  always: 'Depuis le début',
  never: 'Jamais',
  stays: 'Ne peut pas être supprimé',
  remove: {
    label: 'Supprimer',
    title: (name) => `Supprimer ${name} ?`,
    text: 'La clé est révoquée et ses sessions prennent fin. Les actions passées restent dans le journal d’audit.',
  },
  add: {
    heading: 'Ajouter un administrateur',
    name: 'Nom',
    nameHint: 'Affiché dans le journal d’audit. Lettres, chiffres et . _ @ -',
    role: 'Rôle',
    roleHints: {
      owner: 'tout',
      operator: 'clés, effacement, aide aux personnes',
      auditor: 'lecture',
      'help-desk': 'aide aux personnes',
    },
    days: 'Expiration de la clé (jours)',
    daysHint: 'Laissez vide pour ne pas définir d’expiration.',
    submit: 'Ajouter',
    keyOf: (name) => `Clé de ${name}`,
    once: 'Affichée une seule fois. Transmettez-la par un canal privé.',
  },
};
