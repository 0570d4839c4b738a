import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

export const fr: Translated<typeof en> = {
  heading: 'Que souhaitez-vous faire ?',
  about: {
    home: '',
    person: 'Inviter, débloquer, mettre fin à un enrôlement, exporter ou effacer.',
    applications: 'Quels programmes appellent ce serveur, leurs clés et ce qu’ils ont utilisé.',
    requests:
      'Les développeurs qui demandent une application : approuver, interroger, refuser. Et les conditions qu’ils acceptent.',
    mine: 'Demander une application, retirer sa clé, voir ce qu’elle a utilisé et pourquoi elle a été refusée.',
    administrators: 'Qui peut utiliser cette console et l’API, et dans quel rôle.',
  },
};
