/* SPDX-License-Identifier: MIT */
/* Who may open connections through which node. */
#include "topology/policy.h"

#include <stdlib.h>

static void add_pass(struct policy *policy, const struct policy_pass *pass)
{
	size_t slot = pass->family == FAMILY_IPV4 ? SLOT_IPV4 : SLOT_IPV6;

	policy->passes = array_reserve(
		policy->passes, &policy->cap, policy->count + 1, sizeof(*pass));
	policy->passes[policy->count++] = *pass;
	policy->forwards[slot] = true;
}

/* Every pair of the two sets that is of one family. */
static void add_pairs(struct policy *policy, const struct policy_pass *way,
	const struct prefixset *from, const struct prefixset *to)
{
	for (size_t i = 0; i < from->count; i++) {
		for (size_t j = 0; j < to->count; j++) {
			struct policy_pass pass = *way;

			if (from->items[i].addr.family != to->items[j].addr.family)
				continue;
			pass.family = from->items[i].addr.family;
			pass.from = from->items[i];
			pass.to = to->items[j];
			add_pass(policy, &pass);
		}
	}
}

static const struct policy_pass out_of_tunnel = {.from_tunnel = true};
static const struct policy_pass into_tunnel = {.to_tunnel = true};
static const struct policy_pass through_hub = {.from_tunnel = true, .to_tunnel = true};

/* A spoke that sends everything through the hub may go wherever the hub can. */
static void add_full_tunnels(struct policy *policy, const struct site *site)
{
	for (size_t i = 0; i < site->spoke_count; i++) {
		struct prefixset spoke = PREFIXSET_INIT;

		if (topology_scope(site, &site->spokes[i]) != SCOPE_ALL)
			continue;
		topology_hub_allowed(&site->spokes[i], &spoke);
		for (size_t j = 0; j < spoke.count; j++) {
			struct policy_pass pass = out_of_tunnel;

			pass.family = spoke.items[j].addr.family;
			pass.from = spoke.items[j];
			add_pass(policy, &pass);
		}
		prefixset_release(&spoke);
	}
}

static void derive_hub(const struct topology *topology, struct policy *policy)
{
	struct prefixset peers = PREFIXSET_INIT;

	prefixset_add_all(&peers, &topology->network);
	prefixset_add_all(&peers, &topology->spoke_side);
	prefixset_merge(&peers);
	add_pairs(policy, &out_of_tunnel, &peers, &topology->hub_subnets);
	add_pairs(policy, &into_tunnel, &topology->hub_subnets, &peers);
	if (topology->site->spoke_to_spoke)
		add_pairs(policy, &through_hub, &peers, &peers);
	add_full_tunnels(policy, topology->site);
	prefixset_release(&peers);
}

/* What may come to a spoke the hub has decided already. */
static void derive_spoke(
	const struct topology *topology, const struct node *spoke, struct policy *policy)
{
	struct prefixset allowed = PREFIXSET_INIT;

	topology_spoke_allowed(topology, spoke, &allowed);
	for (size_t i = 0; i < allowed.count; i++)
		policy->marks |= allowed.items[i].len == 0;
	prefixset_release(&allowed);
	for (size_t i = 0; i < spoke->subnet_count; i++) {
		const struct prefix *subnet = &spoke->subnets[i].prefix;
		struct policy_pass in = out_of_tunnel, out = into_tunnel;

		in.family = out.family = subnet->addr.family;
		in.to = *subnet;
		out.from = *subnet;
		add_pass(policy, &in);
		add_pass(policy, &out);
	}
}

void policy_derive(
	const struct topology *topology, const struct node *node, struct policy *out)
{
	*out = (struct policy){.listen_port = node->listen_port};
	if (node->is_hub)
		derive_hub(topology, out);
	else
		derive_spoke(topology, node, out);
}

void policy_release(struct policy *policy)
{
	free(policy->passes);
	*policy = (struct policy)POLICY_INIT;
}
