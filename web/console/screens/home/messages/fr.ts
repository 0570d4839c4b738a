import type { HomeWords } from './home-words.js';

export const fr: HomeWords = {
  heading: 'Que souhaitez-vous faire ?',
  find: {
    label: 'Chercher une personne',
    hint: 'Le nom de connexion, une adresse e-mail ou un identifiant.',
    submit: 'Chercher',
  },
  ways: 'Où aller',
  toDo: {
    heading: 'Ce qu’il y a à faire',
    nothing: 'Il n’y a rien à faire.',
    urgency: { now: 'Maintenant :', soon: 'Bientôt :' },
    codes: {
      trail_unsound: 'Le journal d’audit n’est pas intact. Voyez ce que la vérification a trouvé.',
      key_unusable: 'Une clé est inutilisable.',
      doctor_failing: 'Un contrôle du docteur échoue.',
      nobody_enrolled: 'Personne n’est enrôlé, et tout le monde est refusé.',
      head_old: 'Des entrées d’audit attendent une signature depuis longtemps.',
      apply_broken_off: 'La mise en place a été interrompue. Appliquez-la de nouveau.',
      backup_missing: 'Aucune sauvegarde n’est connue.',
      backup_old: 'La dernière sauvegarde est ancienne.',
      key_old: 'Une clé est ancienne. Changez-la.',
      shadow_long: 'Elle est en mode fantôme depuis longtemps.',
      doctor_old: 'Le docteur ne l’a pas examinée dernièrement.',
      mode_switched: 'Son mode a été changé à la main, contre la configuration.',
    },
  },
  doctor: {
    heading: 'Docteur',
    lights: { ok: 'Bien', warn: 'À regarder', fail: 'En échec', none: 'Pas examinée dernièrement' },
  },
  figures: {
    heading: 'Connexions',
    none: 'Aucune connexion n’est configurée.',
    enrolled: 'Enrôlés',
    lockedOut: 'Bloqués maintenant',
    chart: (connection) => `Contrôles du visage à ${connection}, les 7 derniers jours`,
    checks: 'Contrôles',
    refused: 'Refusés',
    count: 'Combien pourraient l’être ?',
    of: (users) => `sur ${users} personnes`,
    ofAtLeast: (users) => `sur au moins ${users} personnes`,
    untold: 'Le fournisseur ne dit pas combien pourraient l’être.',
  },
  about: {
    home: '',
    people: 'Qui est enrôlé, et une personne : pourquoi refusée, inviter, débloquer, mettre fin, exporter ou effacer.',
    log: 'Ce qui a été décidé, de qui et pourquoi. Chercher, suivre en direct, enregistrer.',
    connections: 'Comment chaque fournisseur d’identité est configuré, s’il va bien et qui il refuserait.',
    operations: 'Renouveler les clés, voir l’âge de la dernière sauvegarde, vérifier le journal d’audit.',
    applications: 'Quels programmes appellent ce serveur, leurs clés et ce qu’ils ont utilisé.',
    requests:
      'Les développeurs qui demandent une application : approuver, interroger, refuser. Et les conditions qu’ils acceptent.',
    mine: 'Demander une application, retirer sa clé, voir ce qu’elle a utilisé et pourquoi elle a été refusée.',
    administrators: 'Qui peut utiliser cette console et l’API, et dans quel rôle.',
  },
};
