// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
/*
 * path_chain.c - the dentries that a path led through
 *
 * A chain holds no references. This is why its dentries may be read:
 *
 * - The caller of path_chain_holds() holds the last dentry, the file's.
 * - A dentry holds its parent, until it is renamed. A rename and a removal
 *   change d_seq. So if a dentry's d_seq is unchanged, its parent in the chain
 *   is still held.
 * - A mount holds its mount point. If the mounts are unchanged, the mount point
 *   in the chain is still held.
 * - A dentry and a mount that lose their last reference are freed after an RCU
 *   grace period, and path_chain_holds() reads within one RCU critical section.
 * - The counts have 32 bits. A chain is too old before a count can come back to
 *   a value that it had: that takes 2^31 renames of a dentry, or changes of
 *   mounts.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/jiffies.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/overflow.h>
#include <linux/path.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internals.h"
#include "path_chain.h"

/* A path with more directories and mounts is looked up each time. */
#define MAX_LINKS 12

/* A path is looked up again after so long, in jiffies. */
#define MAX_AGE (10 * HZ)

/* Dentries whose look-up is more than a comparison of names. */
#define OWN_LOOKUP (DCACHE_OP_HASH | DCACHE_OP_COMPARE | DCACHE_OP_REVALIDATE | \
		    DCACHE_OP_WEAK_REVALIDATE | DCACHE_NEED_AUTOMOUNT | DCACHE_MANAGE_TRANSIT)

struct link {
	struct path at; /* no references */
	/* The path has this dentry's name; 'seq' is its d_seq. */
	bool named;
	unsigned int seq;
	/* The look-up searched this directory. */
	bool searched;
};

struct path_chain {
	struct rcu_head rcu;
	unsigned int mounts; /* ki_mount_seq() */
	unsigned long expires; /* in jiffies */
	struct path root; /* of the task that looked up; no references */
	unsigned int count;
	struct link links[]; /* the file first, the root last */
};

/* In the slot of a path that cannot be recorded. It never holds. */
static struct path_chain hopeless;

static bool link_holds(const struct link *link)
{
	if (link->named && read_seqcount_retry(&link->at.dentry->d_seq, link->seq))
		return false;
	return !link->searched || ki_may_search(&link->at);
}

/* A link keeps the next one's dentry alive: the order matters. */
static bool links_hold(const struct path_chain *chain)
{
	unsigned int i;

	for (i = 0; i < chain->count; i++)
		if (!link_holds(&chain->links[i]))
			return false;
	return true;
}

bool path_chain_holds(struct path_chain __rcu *const *slot)
{
	const struct path_chain *chain = rcu_access_pointer(*slot);
	bool holds;

	if (!chain || chain == &hopeless)
		return false;
	rcu_read_lock();
	chain = rcu_dereference(*slot);
	holds = chain->count && time_before(jiffies, chain->expires) &&
		ki_mount_seq() == chain->mounts && ki_is_root(&chain->root) &&
		links_hold(chain);
	rcu_read_unlock();
	return holds;
}

unsigned int path_chain_begin(void)
{
	return ki_mount_seq();
}

/*
 * Does the part of the path up to *end end with the dentry's name? Then move
 * *end to before that name and its slash.
 */
static bool match_name(const struct dentry *dentry, const char *string, const char **end)
{
	size_t len = dentry->d_name.len;
	const char *slash;

	if ((size_t)(*end - string) <= len)
		return false;
	slash = *end - len - 1;
	if (*slash != '/' || memcmp(slash + 1, dentry->d_name.name, len))
		return false;
	*end = slash;
	return true;
}

/*
 * Fill in the link of a dentry that has a name in the path, and go up to its
 * parent.
 *
 * @at: changed; the caller owns the references before and after
 */
static bool go_up(struct path *at, struct link *link, const char *string, const char **end)
{
	struct dentry *dentry = at->dentry, *parent = dget_parent(dentry);
	bool good;

	spin_lock(&dentry->d_lock);
	good = dentry->d_parent == parent && !d_unhashed(dentry) &&
	       !(dentry->d_flags & OWN_LOOKUP) && match_name(dentry, string, end);
	link->named = true;
	link->seq = raw_read_seqcount(&dentry->d_seq);
	spin_unlock(&dentry->d_lock);
	if (!good) {
		dput(parent);
		return false;
	}
	at->dentry = parent;
	dput(dentry);
	return true;
}

/*
 * Fill in the links from a file up to the root. A mount may hide a place on the
 * way. Then the look-up came there through a link of /proc, and the path cannot
 * be recorded.
 *
 * Return: how many links there are, or 0 if the path cannot be recorded.
 */
static unsigned int gather(struct link *links, const char *string, const struct path *file,
			   const struct path *root)
{
	const char *end = string + strlen(string);
	struct path at = *file;
	bool searched = false, hidden;
	unsigned int n;

	path_get(&at);
	for (n = 0; n < MAX_LINKS; n++) {
		links[n] = (struct link) { .at = at, .searched = searched };
		if (path_equal(&at, root))
			break;
		/* The link before this one may be the root of a mount here. */
		hidden = (!n || searched) && path_is_mountpoint(&at);
		/*
		 * The look-up went from the mount point to the mount's root, and
		 * searched only the latter.
		 */
		searched = at.dentry != at.mnt->mnt_root;
		if (hidden ||
		    (searched ? !go_up(&at, &links[n], string, &end) : !follow_up(&at))) {
			n = MAX_LINKS;
			break;
		}
	}
	path_put(&at);
	return n < MAX_LINKS && end == string ? n + 1 : 0;
}

static struct path_chain *new_chain(const char *string, const struct path *end,
				    unsigned int mounts)
{
	struct link links[MAX_LINKS];
	struct path_chain *chain;
	struct path root;
	unsigned int count;

	get_fs_root(current->fs, &root);
	count = gather(links, string, end, &root);
	path_put(&root);
	if (!count)
		return &hopeless;
	chain = kmalloc(struct_size(chain, links, count), GFP_KERNEL_ACCOUNT);
	if (!chain)
		return NULL;
	chain->mounts = mounts;
	chain->expires = jiffies + MAX_AGE;
	chain->root = root;
	chain->count = count;
	memcpy(chain->links, links, count * sizeof(*links));
	return chain;
}

void path_chain_record(struct path_chain __rcu **slot, const char *string, const struct path *end,
		       unsigned int mounts)
{
	struct path_chain *chain;

	/* An odd number: a mount was changing, or mounts cannot be watched. */
	if ((mounts & 1) || rcu_access_pointer(*slot) == &hopeless)
		return;
	chain = new_chain(string, end, mounts);
	if (!chain)
		return;
	chain = unrcu_pointer(xchg(slot, RCU_INITIALIZER(chain)));
	if (chain && chain != &hopeless)
		kfree_rcu(chain, rcu);
}

void path_chain_free(struct path_chain __rcu **slot)
{
	struct path_chain *chain = rcu_dereference_raw(*slot);

	if (chain != &hopeless)
		kfree(chain);
}
