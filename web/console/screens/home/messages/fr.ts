import type { HomeWords } from './home-words.js';

export const fr: HomeWords = {
  heading: 'Accueil',
  find: {
    label: 'Rechercher une personne',
    hint: 'Nom, nom d’utilisateur, e-mail ou ID',
    submit: 'Rechercher',
  },
  ways: 'Accéder à',
  toDo: {
    heading: 'Attention requise',
    nothing: 'Aucune action requise.',
    urgency: { now: 'Maintenant :', soon: 'Bientôt :' },
    codes: {
      trail_unsound: 'La vérification du journal d’audit a échoué. Consultez le résultat.',
      key_unusable: 'Une clé ne peut pas être utilisée.',
      doctor_failing: 'Un contrôle d’intégrité échoue.',
      nobody_enrolled: 'Personne n’est inscrit ; tout le monde est donc refusé.',
      head_old: 'Des entrées d’audit ne sont pas signées depuis trop longtemps.',
      apply_broken_off: 'La configuration du fournisseur a été interrompue. Relancez-la.',
      backup_missing: 'Aucune sauvegarde. Exécutez « facestep backup ».',
      backup_old: 'La dernière sauvegarde est ancienne.',
      key_old: 'Une clé est ancienne. Effectuez une rotation.',
      shadow_long: 'En mode shadow depuis longtemps.',
      doctor_old: 'Non contrôlée cette semaine.',
      mode_switched: 'Le mode a été changé manuellement et diffère de la configuration.',
    },
  },
  doctor: {
    heading: 'Intégrité',
    lights: { ok: 'Sain', warn: 'Avertissement', fail: 'En échec', none: 'Non contrôlée cette semaine' },
  },
  figures: {
    heading: 'Connexions',
    none: 'Aucune connexion n’est configurée.',
    enrolled: 'Inscrits',
    lockedOut: 'Verrouillés actuellement',
    chart: (connection) => `Vérifications du visage pour ${connection}, 7 derniers jours`,
    checks: 'Vérifications',
    refused: 'Refusées',
    count: 'Afficher le total',
    of: (users) => `sur ${users} personnes`,
    ofAtLeast: (users) => `sur au moins ${users} personnes`,
    untold: 'Le fournisseur n’indique pas de total.',
  },
  about: {
    home: '',
    people:
      'Utilisateurs inscrits. Par utilisateur : motifs de refus, inviter, déverrouiller, révoquer, exporter, effacer.',
    log: 'Décisions avec utilisateur et motif. Rechercher, suivre en direct, exporter.',
    connections: 'Configuration et intégrité de chaque fournisseur d’identité, et utilisateurs qu’il refuserait.',
    operations: 'Rotation des clés, dernière sauvegarde, vérification du journal d’audit, tâches en arrière-plan.',
    helpDesk: 'Vérifier les appelants, émettre des codes de contournement, répondre aux demandes d’aide.',
    campaigns: 'Inviter de nombreuses personnes à s’inscrire et suivre la progression.',
    brand: 'Logo, couleurs et textes de la page de capture.',
    applications: 'Programmes qui appellent ce serveur, leurs clés et leur utilisation.',
    requests:
      'Demandes des développeurs : approuver, demander des modifications, refuser. Conditions pour les développeurs.',
    mine: 'Demander une application, obtenir sa clé, consulter son utilisation et ses refus.',
    administrators: 'Utilisateurs de cette console et de l’API, avec leurs rôles.',
  },
};
