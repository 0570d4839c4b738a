import type { ApplicationsWords } from './applications-words.js';

export const fr: ApplicationsWords = {
  heading: 'Applications',
  none: 'Aucune application n’est enregistrée.',
  all: 'Toutes les applications',
  register: 'Enregistrer une application',
  since: 'Depuis',
  columns: {
    name: 'Nom',
    contact: 'Contact',
    scopes: 'Droits',
    perMinute: 'Requêtes par minute',
    perDay: 'Requêtes par jour',
  },
  terms: {
    contactHint: 'À qui s’adresser.',
    tenant: 'Locataire',
    tenantHint:
      'Pour toujours : les enrôlements y sont liés. L’identifiant d’une connexion ne sert que cette connexion.',
    change: 'Modifier',
    changeHint: 'Cela vaut aussi pour les clés émises, dès la prochaine requête.',
    save: 'Enregistrer',
  },
  remove: {
    label: 'Retirer cette application',
    title: (name) => `Retirer ${name} ?`,
    text: 'Ses clés se terminent avec elle, aussi pour les requêtes en cours.',
  },
  keys: {
    heading: 'Clés',
    none: 'Elle n’a pas encore de clé.',
    id: 'Clé',
    scopes: 'Droits',
    expires: 'Fin',
    lastUsed: 'Dernière utilisation',
    never: 'Jamais',
    actions: 'Actions',
    revoke: 'Révoquer',
    revokeTitle: (id) => `Révoquer ${id} ?`,
    revokeText: 'Tout de suite : une requête en cours avec elle est refusée.',
    days: 'Jours jusqu’à la fin de la clé',
    issue: 'Émettre une clé',
    issued: 'Nouvelle clé',
    once: 'Elle n’est montrée que cette fois. Mettez-la là où le programme lit ses secrets.',
  },
  usage: {
    heading: 'Utilisation',
    title: 'Requêtes par jour, les 30 derniers jours',
    requests: 'Requêtes',
    refused: 'Refusées',
  },
};
