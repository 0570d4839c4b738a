variable "name" {
  description = "Names everything that is made. Lower-case letters, digits and hyphens."
  type        = string
  default     = "facestep"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "Expected 3 to 24 lower-case letters, digits and hyphens."
  }
}

variable "image" {
  description = "The image that infra/docker/Dockerfile builds, in a registry that the tasks can reach, by digest or by a tag that never moves."
  type        = string
  validation {
    condition     = can(regex("^[^\\s:@]+(:[0-9]+)?(/[^\\s:@]+)*(@sha256:[0-9a-f]{64}|:[\\w.-]+)$", var.image)) && !endswith(var.image, ":latest")
    error_message = "Expected an image with a digest, or with a tag other than latest."
  }
}

variable "vpc_id" {
  type        = string
  description = "The network that everything stands in."
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer, in two zones at least."
  type        = list(string)
  validation {
    condition     = length(var.public_subnet_ids) >= 2
    error_message = "A load balancer needs subnets in two zones."
  }
}

variable "private_subnet_ids" {
  description = "Subnets of the tasks, with a way out to AWS and to your identity provider by HTTPS (a NAT gateway, or endpoints)."
  type        = list(string)
  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "Replicas belong into two zones."
  }
}

variable "certificate_arn" {
  type        = string
  description = "The certificate of public_host, in ACM."
}

variable "public_host" {
  description = "The host that providers and browsers reach. Point it at the output load_balancer_dns_name."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.public_host))
    error_message = "Expected a domain name, without https:// and without a path."
  }
}

variable "connections" {
  description = "The list \"connections\" of the configuration (docs/configuration.md), each with policy.mode. Secrets in it are { env = \"NAME\" }, with NAME in secrets."
  type        = any
  default     = []
}

variable "secrets" {
  description = "ARNs of Secrets Manager secrets, by the environment variable that connections name."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[A-Z][A-Z0-9_]*$", name)) && name != "FACESTEP_ADMIN_KEY"])
    error_message = "Expected names of environment variables, other than FACESTEP_ADMIN_KEY."
  }
}

variable "task_policy_arns" {
  description = "More that the service may do, by name: the policy of the module cognito, for example."
  type        = map(string)
  default     = {}
}

variable "replicas" {
  description = "Least and most tasks. More are started when their processors are busy."
  type        = object({ least = number, most = number })
  default     = { least = 2, most = 6 }
  validation {
    condition     = var.replicas.least >= 2 && var.replicas.most >= var.replicas.least
    error_message = "Expected two at least, and most not below least."
  }
}

variable "cpu" {
  description = "Processors of a task, in 1024ths. One worker of the engine runs on each whole one."
  type        = number
  default     = 2048
  validation {
    condition     = contains([1024, 2048, 4096, 8192], var.cpu)
    error_message = "Expected 1024, 2048, 4096 or 8192."
  }
}

variable "memory" {
  description = "Memory of a task, in MiB. Fargate takes 2 to 8 times cpu."
  type        = number
  default     = 4096
  validation {
    condition     = var.memory >= 2 * var.cpu && var.memory <= 8 * var.cpu
    error_message = "Expected 2 to 8 times cpu."
  }
}

variable "key_administrator_arns" {
  description = "Roles that may administer the KMS keys, and not use them. The one that Terraform runs as belongs among them: KMS takes no policy that locks out who sets it."
  type        = list(string)
  validation {
    condition     = length(var.key_administrator_arns) > 0 && alltrue([for arn in var.key_administrator_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", arn))])
    error_message = "Expected ARNs of IAM roles, one at least."
  }
}

variable "sealing_key_versions" {
  description = "Versions of the keys that seal tokens. To rotate, add the next number, and name the former one in current_sealing_key_version until all tasks know it. Terraform refuses to destroy one: docs/keys.md says how to retire it."
  type        = set(number)
  default     = [1]
  validation {
    condition     = length(var.sealing_key_versions) > 0 && alltrue([for each in var.sealing_key_versions : each >= 1 && each <= 65535 && floor(each) == each])
    error_message = "Expected whole numbers from 1 to 65535."
  }
}

variable "current_sealing_key_version" {
  description = "The version that seals new tokens; null is the highest. A task that does not know a version yet takes its tokens for retired: docs/keys.md has the two steps."
  type        = number
  default     = null
  validation {
    condition     = var.current_sealing_key_version == null ? true : contains(var.sealing_key_versions, var.current_sealing_key_version)
    error_message = "Expected one of sealing_key_versions."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the log. It holds no photo, token, secret or address."
  type        = number
  default     = 30
}
