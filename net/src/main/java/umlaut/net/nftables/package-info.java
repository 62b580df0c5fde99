/**
 * nf_tables: tables, chains, rules and sets, and the small machine that runs rules (Linux: net/netfilter/nf_tables_api.c, nf_tables_core.c, nft_*.c; nft(8)). A ruleset is changed as a whole:
 * a batch works on a copy, which takes the old one's place if every message of it was right. Guarded by the namespace's lock.
 */
@org.jspecify.annotations.NullMarked
package umlaut.net.nftables;
